/** A chapter of a document, and its shell blocks in order. */
export interface Chapter {
  title: string;
  blocks: string[];
}

/** Splits Markdown at its second-level headings and takes out the blocks marked `sh`. */
export function chaptersOf(markdown: string): Chapter[] {
  const chapters: Chapter[] = [];
  let block: string[] | undefined;
  for (const line of markdown.split('\n')) {
    if (block) {
      if (line === '```') {
        chapters.at(-1)?.blocks.push(block.join('\n'));
        block = undefined;
      } else {
        block.push(line);
      }
    } else if (line.startsWith('## ')) {
      chapters.push({ title: line.slice(3), blocks: [] });
    } else if (line === '```sh') {
      block = [];
    }
  }
  return chapters;
}
