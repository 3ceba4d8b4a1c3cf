import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { decodeProtobuf, isDecodable, openEnvelope } from './decode';

const message = (write: (writer: BinaryWriter) => void): Uint8Array => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};

const text = (writer: BinaryWriter, number: number, value: string): BinaryWriter => writer.tag(number, 2).string(value);
const nested = (writer: BinaryWriter, number: number, value: Uint8Array): BinaryWriter => writer.tag(number, 2).bytes(value);

/** A runtime.Unknown as clients send it. */
function envelope(apiVersion: string, kind: string, raw: Uint8Array): Buffer {
  const type = message((writer) => text(text(writer, 1, apiVersion), 2, kind));
  return Buffer.concat([Buffer.from('k8s\0'), message((writer) => text(nested(nested(writer, 1, type), 2, raw), 3, ''))]);
}

describe('the Kubernetes protobuf encoding', () => {
  it('becomes the JSON shape: maps, bytes, times, zero values', () => {
    const entry = (key: string, value: Uint8Array): Uint8Array => message((writer) => nested(text(writer, 1, key), 2, value));
    const metadata = message((writer) => {
      text(text(writer, 1, 'a'), 2, '');
      nested(writer, 8, new Uint8Array());
      nested(writer, 11, message((label) => text(text(label, 1, 'k'), 2, 'v')));
    });
    const raw = message((writer) => {
      nested(writer, 1, metadata);
      nested(writer, 2, entry('key', Buffer.from('secret')));
      text(writer, 3, 'Opaque');
      writer.tag(5, 0).bool(false);
      text(writer, 99, 'a field of the future');
    });
    expect(decodeProtobuf('io.k8s.api.core.v1.Secret', openEnvelope(envelope('v1', 'Secret', raw)))).toEqual({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: 'a', labels: { k: 'v' } },
      data: { key: 'c2VjcmV0' },
      type: 'Opaque',
      immutable: false,
    });
  });

  it('knows ports that are numbers and ports that are names', () => {
    const port = (target: Uint8Array): Uint8Array => message((writer) => nested(writer.tag(3, 0).int32(80), 4, target));
    const number = message((writer) => text(writer.tag(1, 0).int32(0).tag(2, 0).int32(8080), 3, ''));
    const name = message((writer) => text(writer.tag(1, 0).int32(1).tag(2, 0).int32(0), 3, 'http'));
    const raw = message((writer) => nested(writer, 2, message((spec) => nested(nested(spec, 1, port(number)), 1, port(name)))));
    expect(decodeProtobuf('io.k8s.api.core.v1.Service', openEnvelope(envelope('v1', 'Service', raw)))).toMatchObject({
      spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 80, targetPort: 'http' }] },
    });
  });

  it('says what it cannot decode', () => {
    expect(isDecodable('com.example.v1.Shirt')).toBe(false);
    expect(() => openEnvelope(Buffer.from('{}'))).toThrow('does not appear to be a protobuf message');
  });
});
