/** The parts of claims and slices that differ between versions, as far as converting them has to know. */

export interface ClaimRequest {
  readonly name: string;
  readonly exactly?: Readonly<Record<string, unknown>>;
  readonly firstAvailable?: readonly unknown[];
}

/** v1beta1. */
export interface OldRequest {
  readonly name: string;
  readonly firstAvailable?: readonly unknown[];
  readonly [field: string]: unknown;
}

export interface Claiming<Request> {
  readonly devices?: { readonly requests?: readonly Request[]; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** v1beta1. */
export interface OldDevice {
  readonly name: string;
  readonly basic?: Readonly<Record<string, unknown>>;
}

export interface Listed<Device> {
  readonly devices?: readonly Device[];
  readonly [field: string]: unknown;
}
