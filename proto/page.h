/* Field numbers of message Page, for those who read and write it by hand. Private to this folder.
 */
#ifndef MP_PROTO_PAGE_H
#define MP_PROTO_PAGE_H

enum mp_page_field {
    MP_PAGE_EPOCH = 1,
    MP_PAGE_HEAD = 2,
    MP_PAGE_RESTORED_HEAD = 3,
    MP_PAGE_ERROR = 4,
    MP_PAGE_MESSAGE = 5,
    MP_PAGE_CURSOR = 6,
    MP_PAGE_TOPICS = 11,
    MP_PAGE_RECORDS = 12,
    MP_PAGE_EVENTS = 13,
    MP_PAGE_HISTORY = 14,
    MP_PAGE_ROWS = 15,
    MP_PAGE_OUTCOME = 16
};

#endif
