import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const selfSubjectReview = defineReview(resources.selfSubjectReviews);
