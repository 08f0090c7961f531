// The entry of a thread. A thread of Node 20 does not inherit the loader that reads TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
