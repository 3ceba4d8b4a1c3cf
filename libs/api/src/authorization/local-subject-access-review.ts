import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const localSubjectAccessReview = defineReview(resources.localSubjectAccessReviews);
