/** Pages in Debian's Chromium. */
import { chromium, type Page } from "playwright-core";
import { serve } from "./serve.js";
import { CHROMIUM } from "./tools.js";

/** A page that is open. */
export interface OpenPage {
  /** What an expression comes to there. */
  evaluate<Result>(expression: string): Promise<Result>;
  /** The first line that it logs. */
  readonly printed: Promise<string>;
}

/** Serves folders, and visits the index.html there. */
export async function withPage<Result>(
  folders: readonly string[],
  headers: Readonly<Record<string, string>>,
  use: (page: OpenPage) => Promise<Result>,
): Promise<Result> {
  const { origin, stop } = await serve(folders, headers);
  try {
    return await visit(`${origin}/index.html`, use);
  } finally {
    stop();
  }
}

/**
 * Opens a page and gives it to a function.
 *
 * @throws what the page throws, if that is first.
 */
export async function visit<Result>(url: string, use: (page: OpenPage) => Promise<Result>): Promise<Result> {
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
  try {
    const page: Page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    const printed = new Promise<string>((resolve) =>
      page.on("console", (message) => {
        if (message.type() === "log") resolve(message.text());
      }),
    );
    const used = page.goto(url).then(() => use({ evaluate: (expression) => page.evaluate(expression), printed }));
    return await Promise.race([used, failed]);
  } finally {
    await browser.close();
  }
}
