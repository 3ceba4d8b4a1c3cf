import type { KindDefinition } from '@typernetes/api';
import type { ObjectName } from '@typernetes/machinery';
import type { Environment } from '../environment';
import type { ApiRequest } from './request';
import type { UserInfo } from './types';

/** One request on its way through the pipeline: what is known of it so far. */
export interface Call {
  readonly environment: Environment;
  readonly request: ApiRequest;
  readonly user: UserInfo;
  readonly kind: KindDefinition;
  readonly dryRun: boolean;
  readonly warnings: string[];
}

/** How messages name the request's object: by resource. */
export const nameOf = ({ kind }: { kind: KindDefinition }, name: string): ObjectName => ({ group: kind.group, resource: kind.resource, name });

/** How Invalid names it: by kind. */
export const kindNameOf = ({ kind }: { kind: KindDefinition }, name: string): ObjectName => ({ group: kind.group, resource: kind.kind, name });

/** Small bodies that the apiserver makes itself. */
export const encodeObject = (object: unknown): Buffer => Buffer.from(JSON.stringify(object));
