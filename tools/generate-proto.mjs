/**
 * Makes TypeScript of the .proto files (buf + ts-proto), and one module with the binary descriptors of all of them,
 * which gRPC reflection serves.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const lib = path.join(root, 'libs/proto');
const buf = (args, options = {}) =>
  execFileSync(process.execPath, [path.join(root, 'node_modules/@bufbuild/buf/bin/buf'), ...args], {
    cwd: lib,
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });

rmSync(path.join(lib, 'src/generated'), { recursive: true, force: true });
buf(['generate']);
const descriptors = buf(['build', '--as-file-descriptor-set', '--exclude-source-info', '-o', '-#format=binpb']);
mkdirSync(path.join(lib, 'src/generated'), { recursive: true });
writeFileSync(
  path.join(lib, 'src/generated/descriptors.ts'),
  `/** google.protobuf.FileDescriptorSet of all files, base64. */\nexport const fileDescriptorSet = '${descriptors.toString('base64')}';\n`,
);
