/** What agents see everywhere of the visitor of a conversation `c`. Subqueries, since an outer join cannot be locked. */
export const visitorColumnsSql = `
    (SELECT p.name FROM visitor_profiles AS p WHERE p.org_id = c.org_id AND p.visitor_id = c.visitor_id) AS visitor_name,
    (SELECT p.email FROM visitor_profiles AS p WHERE p.org_id = c.org_id AND p.visitor_id = c.visitor_id) AS visitor_email`
