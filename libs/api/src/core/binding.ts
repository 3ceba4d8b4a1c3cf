import { defineReview } from '../define-kind';
import { resources } from '../resources';

export const binding = defineReview(resources.bindings);
