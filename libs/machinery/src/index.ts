export * from './api-error';
export * from './clock';
export * from './field-error';
export * from './meta';
export * from './random';
