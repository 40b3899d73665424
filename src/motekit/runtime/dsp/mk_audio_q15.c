/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio_q15.h"

#include "mk_fft_q15.h"
#include "mk_tune.h"

/* A sample less its share of the one before, in 2^-15ths of a count. */
static inline int32_t emphasised(int32_t share, int32_t now, int32_t last)
{
    return (now * 32768) - (share * last);
}

/* The largest magnitude of a frame. */
static MK_NOINLINE uint32_t loudest(int32_t share, const mk_audio_sample *samples, uint32_t used,
                                    int32_t before)
{
    const mk_audio_sample *const end = &samples[used];
    int32_t last = before;
    uint32_t most = 0;
    for (; samples != end; samples++) {
        const int32_t now = *samples;
        const int32_t v = emphasised(share, now, last);
        const uint32_t size = (uint32_t)((v < 0) ? -v : v);
        most = (size > most) ? size : most;
        last = now;
    }
    return most;
}

/* v * 2^up in two steps, before the last of which comes half a unit: up from -17 on. */
typedef struct {
    int32_t share; /* of the sample before */
    int32_t by;
    uint32_t down;
} mk_scale;

static mk_scale scale_of(int32_t share, int32_t up)
{
    const mk_scale out = {share, (int32_t)(1UL << (uint32_t)((up < 0) ? 0 : (up + 1))),
                          (uint32_t)((up < 0) ? (-up - 1) : 0)};
    return out;
}

static inline int32_t scaled(int32_t v, mk_scale scale)
{
    return (((v * scale.by) >> scale.down) + 1) >> 1;
}

/* The largest exponent with which a magnitude fits 16 bits. */
static int32_t room(uint32_t most, int32_t limit)
{
    int32_t up = -17;
    while ((up < limit) && (scaled((int32_t)most, scale_of(0, up + 1)) <= 32767)) {
        up++;
    }
    return up;
}

/* Two samples become a word; x may end where the samples do. */
static MK_NOINLINE void pack(const mk_scale *to, const mk_audio_sample *samples, uint32_t pairs,
                             int32_t before, uint32_t *x)
{
    const mk_scale scale = *to;
    const int32_t share = scale.share;
    int32_t last = before;
    for (; pairs > 0U; pairs--) {
        const int32_t now = samples[0];
        const int32_t next = samples[1];
        samples += 2;
        const int32_t v = scaled(emphasised(share, now, last), scale);
        *x = mk_both(v, scaled(emphasised(share, next, now), scale));
        x++;
        last = next;
    }
}

MK_NOINLINE int32_t mk_audio_load_q15(const mk_audio_params *p, const mk_audio_sample *samples,
                                      mk_sample before, uint32_t *x)
{
#if MK_AUDIO_EMPHASIS
    const int32_t share = p->emphasis; /* in 2^-15ths */
#else
    const int32_t share = 0;
#endif
    const uint32_t used = p->used;
    const int32_t up = room(loudest(share, samples, used, before), (int32_t)p->most);
    const mk_scale scale = scale_of(share, up);
    const uint32_t pairs = used >> 1;
    const int32_t odd = samples[used - 1U];
    const int32_t last = (used > 1U) ? samples[used - 2U] : before;
    pack(&scale, samples, pairs, before, x);
    for (uint32_t i = pairs; i < ((uint32_t)p->fft >> 1); i++) {
        x[i] = 0;
    }
    if ((used & 1U) != 0U) {
        x[pairs] = mk_both(scaled(emphasised(share, odd, last), scale), 0);
    }
    return up;
}
