/** Runs before every test file: tests write graphs as data, with rare operators among them. */
import { rare } from "../../src/ir/rare.js";

rare({});
