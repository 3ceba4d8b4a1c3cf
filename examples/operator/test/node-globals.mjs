// Vitest has these as globals; with them node:test runs the same files.
import { afterEach, beforeEach, describe, it } from 'node:test';

Object.assign(globalThis, { afterEach, beforeEach, describe, it });
