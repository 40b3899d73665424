/* Distance of int16 Q8.8 features in a Gaussian mixture, by its most likely component. */
#ifndef MK_GMM_H
#define MK_GMM_H

#include <stdint.h>

typedef struct {
    const int16_t *means;    /* [count][axes], Q8.8 */
    const int16_t *factors;  /* [count] rows of axis 0, 0..1, 0..2 and so on; or [count][axes] */
    const int8_t *shifts;    /* [count][axes]: products to standard deviations * 256 */
    const int32_t *offsets;  /* [count]: how much farther away, standard deviations^2 * 65536 */
    const uint16_t *axes;    /* which feature each axis is */
    uint16_t count;          /* components */
    uint16_t dims;           /* axes */
    uint16_t full;           /* 1, or 0 where components lie along the axes */
    uint16_t mul;            /* score = (root * mul + half) >> shift */
    uint32_t shift;
} mk_gmm_params;

/* in: the features of one window; out: one score, Q8.8, 0 at the middle of the mixture; away: room
 * for `dims` numbers. */
void mk_gmm(const mk_gmm_params *p, const int16_t *in, int32_t *out, int32_t *away);

#endif
