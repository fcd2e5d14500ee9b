// Every screen as displays of characters show it, 20×4 and 16×2, with the panel's Chinese beside it.
import { shortWords, words } from '../../../charging/station/conversation/words.ts';
import { screensToSee } from './panel.ts';

/** All of them, as text; and what is wider than its display, or has more lines. */
export function charactersOfAll(): { readonly text: string; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const pictures = [...screensToSee()].map(([name, screen]) => {
    const large = words(screen, 'en');
    const small = shortWords(screen, 'en');
    const chinese = words(screen, 'zh-CN');
    for (const [lines, columns, rows] of [
      [large, 20, 4],
      [small, 16, 2],
    ] as const) {
      if (lines.length > rows) wrong.push(`${name}, ${columns}×${rows}: ${lines.length} lines`);
      for (const line of lines) if (line.length > columns) wrong.push(`${name}, ${columns}×${rows}: ${line}`);
    }
    const rows = Array.from({ length: 4 }, (_, row) => {
      const few = row < 2 ? `|${(small[row] ?? '').padEnd(16)}|` : ' '.repeat(18);
      return `  |${(large[row] ?? '').padEnd(20)}|  ${few}  ${chinese[row] ?? ''}`.trimEnd();
    });
    return [name, ...rows].join('\n');
  });
  return { text: `${pictures.join('\n\n')}\n`, wrong };
}
