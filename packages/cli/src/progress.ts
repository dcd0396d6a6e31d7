/** Work shorter than this shows nothing, in milliseconds. */
const quietMs = 400;

/**
 * Shows on a terminal that long work goes on: one line on stderr that disappears when it is done.
 * Anywhere else it shows nothing.
 */
export async function withProgress<Result>(
  title: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const stream = process.stderr;
  if (!stream.isTTY) return work();
  const startedAt = performance.now();
  let shown = false;
  const show = (): void => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    stream.write(`\r\u001B[2K${title}… ${seconds > 0 ? `${String(seconds)} s` : ''}`);
    shown = true;
  };
  let ticker: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    show();
    ticker = setInterval(show, 1000).unref();
  }, quietMs).unref();
  try {
    return await work();
  } finally {
    clearTimeout(first);
    clearInterval(ticker);
    if (shown) stream.write('\r\u001B[2K');
  }
}
