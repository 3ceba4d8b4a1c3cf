import { BinaryReader } from '@bufbuild/protobuf/wire';
import { encodeOpenApiV2 } from './v2-protobuf';

/** Bytes of the message found by following field numbers; of repeated fields the first. */
function follow(bytes: Uint8Array, ...numbers: number[]): Uint8Array {
  const [wanted, ...rest] = numbers;
  if (wanted === undefined) return bytes;
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === wanted) return follow(type === 2 ? reader.bytes() : new Uint8Array([reader.uint32()]), ...rest);
    reader.skip(type);
  }
  throw new Error(`no field ${wanted}`);
}
const textAt = (bytes: Uint8Array, ...numbers: number[]): string => Buffer.from(follow(bytes, ...numbers)).toString();

const bytes = encodeOpenApiV2({
  swagger: '2.0',
  info: { title: 'Kubernetes', version: 'v1.36.0' },
  paths: {
    '/api/v1/pods': {
      get: {
        operationId: 'listPods',
        parameters: [{ name: 'limit', in: 'query', type: 'integer', required: false }],
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/PodList' } } },
        'x-kubernetes-action': 'list',
      },
    },
  },
  definitions: {
    Pod: {
      type: 'object',
      required: ['spec'],
      properties: { labels: { type: 'object', additionalProperties: { type: 'string' } }, names: { type: 'array', items: { type: 'string' } } },
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Pod', version: 'v1' }],
    },
  },
});

test.each<[string, number[], string]>([
  ['version', [1], '2.0'],
  ['title', [2, 1], 'Kubernetes'],
  ['path', [8, 2, 1], '/api/v1/pods'],
  ['operation', [8, 2, 2, 2, 5], 'listPods'],
  ['query parameter', [8, 2, 2, 2, 8, 1, 2, 3, 4], 'limit'],
  ['its type', [8, 2, 2, 2, 8, 1, 2, 3, 6], 'integer'],
  ['code of an answer', [8, 2, 2, 2, 9, 1, 1], '200'],
  ['schema of an answer', [8, 2, 2, 2, 9, 1, 2, 1, 2, 1, 1], '#/definitions/PodList'],
  ['extension of an operation', [8, 2, 2, 2, 13, 2, 2], '"list"'],
  ['definition', [9, 1, 1], 'Pod'],
  ['its type', [9, 1, 2, 22, 1], 'object'],
  ['its required fields', [9, 1, 2, 19], 'spec'],
  ['its first property', [9, 1, 2, 25, 1, 1], 'labels'],
  ['what a map holds', [9, 1, 2, 25, 1, 2, 21, 1, 22, 1], 'string'],
  ['its kind', [9, 1, 2, 31, 2, 2], '[{"group":"","kind":"Pod","version":"v1"}]'],
])('%s', (_name, numbers, expected) => expect(textAt(bytes, ...numbers)).toBe(expected));

test('what it has no form for is an error, not garbage', () => {
  const operation = { parameters: [{ name: 'x', in: 'cookie' }] };
  expect(() => encodeOpenApiV2({ paths: { '/': { get: operation } } })).toThrow('no protobuf form of a parameter in cookie');
});
