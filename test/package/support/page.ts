/** Pages in Debian's Chromium. */
import { chromium, type Browser, type Page } from "playwright-core";
import { serve } from "./serve.js";
import { CHROMIUM } from "./tools.js";

/**
 * Opens a page that is served from the first of the folders, and gives it to a function; what it throws fails.
 *
 * @param isolated whether the page may have shared memory.
 */
export async function withPage<Result>(
  folders: readonly string[],
  isolated: boolean,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const { origin, stop } = await serve(folders, isolated);
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    const used = page.goto(`${origin}/index.html`).then(() => use(page));
    return await Promise.race([used, failed]);
  } finally {
    await browser.close();
    stop();
  }
}
