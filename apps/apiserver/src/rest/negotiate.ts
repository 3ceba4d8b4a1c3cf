import { apiErrors } from '@typernetes/machinery';
import { protobufMediaType } from './protobuf-answer';

/** How the client wants objects: as they are, as table rows, or metadata alone. */
export type Representation = 'object' | 'table' | 'metadata';

const accepted: readonly string[] = ['application/json', 'application/yaml', protobufMediaType];

export interface Negotiated {
  readonly representation: Representation;
  readonly mediaType: 'application/json' | 'application/yaml' | typeof protobufMediaType;
}

const plain: Negotiated = { representation: 'object', mediaType: 'application/json' };

/**
 * The first alternative of Accept that we can serve; clients list what they like best first.
 * @param offers.transforms whether there is something to show as rows or metadata (a review is only a question)
 * @param offers.protobuf whether the kind has a form in protobuf (custom kinds have none)
 * @throws ApiError NotAcceptable
 */
export function negotiate(accept: string | undefined, { transforms = true, protobuf = false } = {}): Negotiated {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return plain;
  for (const alternative of accept.split(',')) {
    const [mediaType = '', ...parameters] = alternative.split(';').map((part) => part.trim());
    const as = valueOf(parameters, 'as');
    if (as !== undefined && (valueOf(parameters, 'v') !== 'v1' || valueOf(parameters, 'g') !== 'meta.k8s.io')) continue;
    const representation = as === undefined ? 'object' : representations[as];
    if (!representation || (representation !== 'object' && !transforms)) continue;
    if (mediaType === protobufMediaType && protobuf && representation !== 'table') return { representation, mediaType };
    if (mediaType === 'application/yaml') return { representation, mediaType };
    if (mediaType === 'application/json' || mediaType === '*/*' || mediaType === 'application/*') return { representation, mediaType: 'application/json' };
  }
  throw apiErrors.notAcceptable(accepted);
}

const representations: Readonly<Record<string, Representation>> = { Table: 'table', PartialObjectMetadata: 'metadata', PartialObjectMetadataList: 'metadata' };

const valueOf = (parameters: readonly string[], name: string): string | undefined =>
  parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
