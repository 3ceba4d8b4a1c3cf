/** Why a node does not take a pod: it becomes the pod's reason and message, and an event. */
export interface Refusal {
  reason: string;
  message: string;
}
