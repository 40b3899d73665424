/* How far int16 Q8.8 features lie outside the nearest of several clusters.
 *
 * MK_KMEANS_AXES and MK_KMEANS_SHIFT come from mk_config.h: coordinates of a centre, and the
 * unit of distances and radii, 2^shift / 256. */
#ifndef MK_KMEANS_H
#define MK_KMEANS_H

#include <stdint.h>

typedef struct {
    const int16_t *clusters; /* [count][1 + axes]: the radius, then the centre */
    const uint16_t *axes;    /* which feature each coordinate of a centre is */
    uint32_t count;          /* clusters */
} mk_kmeans_params;

/* in: the features of one window; out: one score, Q8.8, below 0 inside a cluster. */
void mk_kmeans(const mk_kmeans_params *p, const int16_t *in, int32_t *out);

#endif
