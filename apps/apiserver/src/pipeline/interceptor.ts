import type { ApiAnswer, ApiRequest } from './request';
import type { UserInfo } from './types';

/** A request whose sender is known. */
export interface Intercepted {
  readonly request: ApiRequest;
  readonly user: UserInfo;
}

/**
 * Stands around every request behind authentication, of both doors and of callers inside the process: to watch, delay,
 * refuse (by an ApiError) or let pass by `proceed`.
 */
export type Interceptor = (intercepted: Intercepted, proceed: () => Promise<ApiAnswer>) => Promise<ApiAnswer>;
