/** The Kubernetes version whose behaviour this kubelet has. */
export const kubeletVersion = 'v1.36.0';
