import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const selfSubjectRulesReview = defineReview(resources.selfSubjectRulesReviews);
