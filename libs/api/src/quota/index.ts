export { isInScope } from './quota-scopes';
export { countsTowards, missingForQuota, quotaUsage, type QuotaUsage } from './quota-usage';
