/** What the rules about a pod's state need to know of it: structural, since the generated types are of a higher layer. */
export interface PodLike {
  metadata?: { deletionTimestamp?: string };
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; lastTransitionTime?: string }[];
  };
}
