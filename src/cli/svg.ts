/** Charts as SVG text, in light and dark. */

/** Text, and bars of ours and of others. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 18px; font-weight: 600; }
  .panel { font-size: 15px; font-weight: 600; }
  .group { font-weight: 600; }
  .small { fill: #59636e; }
  .name { text-anchor: end; }
  .ours { fill: #1f6feb; }
  .other { fill: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .ours { fill: #4493f8; }
    .other { fill: #656c76; }
  }`;

/** A whole file. `style` adds to the classes above. */
export function svg(width: number, height: number, parts: readonly string[], style = ""): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${STYLE}${style}
</style>
${parts.join("\n")}
</svg>
`;
}

/** A line of text that begins at x (ends there, with the class "name") and stands on y. */
export function text(x: number, y: number, style: string, content: string): string {
  return `<text x="${tenths(x)}" y="${y}" class="${style}">${content.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, style: string): string {
  return `<rect x="${tenths(x)}" y="${y}" width="${tenths(width)}" height="${height}" class="${style}"/>`;
}

/** A coordinate, as exact as anybody sees. */
function tenths(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}
