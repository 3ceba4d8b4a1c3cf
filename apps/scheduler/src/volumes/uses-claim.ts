import type { PersistentVolumeClaim } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import type { PodInfo } from '../framework/pod-info';

/** Is the claim one of the pod's? */
export const usesClaim = ({ claims }: PodInfo, { claim }: { claim: PersistentVolumeClaim }): boolean => claims.includes(keyOf(claim));
