/** Class names as text. */

/**
 * One label a line; a last line break ends the last label. Where each line begins with its own number, as in the
 * exports of Teachable Machine and Coral (`0 Class 1`), the label is what follows.
 */
export function parseLabels(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const isNumbered = lines.every((line, index) => line.startsWith(`${index} `));
  return isNumbered ? lines.map((line, index) => line.slice(`${index} `.length).trim()) : lines;
}
