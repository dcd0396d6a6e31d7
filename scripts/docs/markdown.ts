/** A fenced block of a page. */
export interface FencedBlock {
  /** What follows the fence, as words: language first. */
  readonly info: readonly string[];
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** A page taken apart as far as its checks need. */
export interface MarkdownPage {
  readonly path: string;
  readonly blocks: readonly FencedBlock[];
  /** The lines outside fenced blocks, with their numbers from 1. */
  readonly prose: readonly { readonly text: string; readonly line: number }[];
  /** What `#...` links to this page may name. */
  readonly anchors: ReadonlySet<string>;
}

/** The anchor that code hosts give a heading. */
function toAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

export function parseMarkdown(path: string, content: string): MarkdownPage {
  const blocks: FencedBlock[] = [];
  const prose: { text: string; line: number }[] = [];
  const anchors = new Set<string>();
  let open: { fence: string; info: string; line: number; lines: string[] } | undefined;
  for (const [index, text] of content.split('\n').entries()) {
    const line = index + 1;
    const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(text);
    if (open !== undefined) {
      if (fence !== null && fence[2]?.trim() === '' && fence[1] === open.fence) {
        const info = open.info.split(/\s+/).filter((word) => word !== '');
        blocks.push({ info, text: open.lines.join('\n'), line: open.line });
        open = undefined;
      } else {
        open.lines.push(text);
      }
    } else if (fence?.[1] !== undefined) {
      open = { fence: fence[1], info: fence[2]?.trim() ?? '', line, lines: [] };
    } else {
      prose.push({ text, line });
      const heading = /^#{1,6}\s+(.*)$/.exec(text)?.[1];
      if (heading !== undefined) anchors.add(toAnchor(heading));
    }
  }
  if (open !== undefined)
    throw new Error(`${path}:${String(open.line)}: the block is never closed`);
  return { path, blocks, prose, anchors };
}
