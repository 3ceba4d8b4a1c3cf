import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const selfSubjectAccessReview = defineReview(resources.selfSubjectAccessReviews);
