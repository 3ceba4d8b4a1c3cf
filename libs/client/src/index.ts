export * from './api-client';
export * from './backoff';
export * from './grpc-client';
export * from './indexed-store';
export type { InformerDependencies, Selection } from './informer';
export * from './informer-factory';
export * from './informer-types';
export * from './object-key';
