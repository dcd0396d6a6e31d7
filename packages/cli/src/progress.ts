/** Work shorter than this shows nothing, in milliseconds. */
const quietMs = 400;

const clearLine = '\r\u001B[2K';

/**
 * Shows on a terminal that long work goes on: one line on stderr that disappears when it is done.
 * Anywhere else it shows nothing.
 */
export async function withProgress<Result>(
  title: string | (() => string),
  work: () => Promise<Result>,
): Promise<Result> {
  const stream = process.stderr;
  if (!stream.isTTY) return work();
  const startedAt = performance.now();
  const show = (): void => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    stream.write(
      `${clearLine}${typeof title === 'string' ? title : title()}… ${seconds > 0 ? `${String(seconds)} s` : ''}`,
    );
  };
  const tickers: NodeJS.Timeout[] = [];
  const first = setTimeout(() => {
    show();
    tickers.push(setInterval(show, 1000).unref());
  }, quietMs).unref();
  try {
    return await work();
  } finally {
    clearTimeout(first);
    for (const ticker of tickers) clearInterval(ticker);
    if (tickers.length > 0) stream.write(clearLine);
  }
}
