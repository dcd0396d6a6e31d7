// Preloaded into a server: its wall clock is ahead by what a file says, in milliseconds.
import { readFileSync } from 'node:fs';

const file = process.env['TEST_CLOCK_FILE'] ?? '';
const trueNow = Date.now;
Date.now = (): number => {
  try {
    return trueNow() + Number(readFileSync(file, 'utf8'));
  } catch {
    return trueNow();
  }
};
