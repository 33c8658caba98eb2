/* Bounds on everything that comes from outside. Lengths are bytes of UTF-8 without the NUL. */
#ifndef MP_DOMAIN_LIMITS_H
#define MP_DOMAIN_LIMITS_H

#define MP_PATH_MOST              120 /* project path */
#define MP_PATH_DEPTH_MOST        8   /* segments */
#define MP_SLUG_MOST              60  /* milestone slug, indicator code, term code */
#define MP_AGENCY_ID_MOST         40
#define MP_TITLE_MOST             300  /* each language */
#define MP_TEXT_MOST              1000 /* note, source reference, said_by */
#define MP_UNIT_MOST              40
#define MP_CALENDAR_MOST          40
#define MP_LIST_MOST              32    /* themes, regions, partners, grants, valid keys */
#define MP_KEYS_MOST              1000  /* an agency ever had, revoked ones stay in its record */
#define MP_CHANGES_MOST           64    /* changes in a submission */
#define MP_SUBMISSION_MOST        65536 /* bytes of an encoded submission */
#define MP_CALENDAR_DAYS_A_CHANGE 1024  /* special days of one version of a calendar */
#define MP_POLICY_DAYS_MOST       3660
#define MP_POLICY_PERCENT_MOST    1000
#define MP_LAG_MOST               36500 /* days, either sign */
#define MP_DURATION_MOST          36500 /* days */
#define MP_INTERVAL_MOST          3660  /* days between reports */
#define MP_WEIGHT_MOST            1000000
#define MP_SUBMISSION_ARENA       (1u << 20) /* decoding budget of one submission */

#endif
