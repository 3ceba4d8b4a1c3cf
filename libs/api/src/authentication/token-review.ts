import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const tokenReview = defineReview(resources.tokenReviews);
