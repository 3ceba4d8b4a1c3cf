import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const subjectAccessReview = defineReview(resources.subjectAccessReviews);
