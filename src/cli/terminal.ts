/** Everything that the commands say: text on the standard output and the standard error, safe to show in a terminal. */

/**
 * Characters that a terminal obeys instead of showing them: controls, and marks that reorder text or end a line. File names
 * and labels may contain them.
 */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A name on one line, with escapes such as \u001b for characters that a terminal obeys. */
export function printable(name: string): string {
  return name.replace(UNSAFE, escape);
}

/** Text of several lines, with such escapes. JSON keeps its meaning. */
function printableLines(text: string): string {
  return text.replace(UNSAFE, (character) => (character === "\n" ? character : escape(character)));
}

/** Writes text to the standard output. */
export function print(text: string): void {
  process.stdout.write(printableLines(text));
}

/** Writes a message to the standard error, as a line. */
export function complain(message: string): void {
  process.stderr.write(`${printableLines(message)}\n`);
}

/**
 * Ends the process when its output has nowhere to go: quietly if the reader has left, such as `head`, with a message if the
 * disk is full.
 */
export function endWithOutput(): void {
  process.stderr.on("error", () => undefined); // nobody is left to tell
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    complain(`cannot write to the standard output: ${error.message}`);
    process.exit(1);
  });
}
