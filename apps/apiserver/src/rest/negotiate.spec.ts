import { negotiate } from './negotiate';

describe('negotiate', () => {
  it.each([
    [undefined, 'object application/json'],
    ['*/*', 'object application/json'],
    ['application/json', 'object application/json'],
    ['application/yaml', 'object application/yaml'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'table application/json'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'object application/json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'object application/json'],
    ['application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', 'metadata application/json'],
  ])('%s', (accept, expected) => {
    const { representation, mediaType } = negotiate(accept);
    expect(`${representation} ${mediaType}`).toBe(expected);
  });

  it('passes over rows of what has none', () => {
    const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect(negotiate(`${table},application/json`, { transforms: false }).representation).toBe('object');
    expect(() => negotiate(table, { transforms: false })).toThrow('only the following media types are accepted');
  });

  it('gives protobuf of kinds that have it, but no rows in it', () => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    expect(negotiate(`${protobuf},application/json`, { protobuf: true })).toEqual({ representation: 'object', mediaType: protobuf });
    const form = (as: string): string => `${protobuf};as=${as};v=v1;g=meta.k8s.io`;
    expect(negotiate(form('PartialObjectMetadataList'), { protobuf: true })).toEqual({ representation: 'metadata', mediaType: protobuf });
    expect(() => negotiate(form('Table'), { protobuf: true })).toThrow('only the following media types are accepted');
  });

  it('refuses what it cannot serve', () => {
    expect(() => negotiate('text/html')).toThrow('only the following media types are accepted: application/json, application/yaml');
  });
});
