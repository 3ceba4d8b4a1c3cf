export * from './api-client';
export * from './informer-types';
