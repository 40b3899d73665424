/* Two models in one image: the first word of the input says who is asked. 'A' and 'B' start the
 * proof runner of either model; 'X' plays two streams of samples, a frame of each in turn. */
#include <stdint.h>

#include "first_pipeline.h"
#include "second_pipeline.h"
#include "mk_semihost.h"

int first_main(void);
int second_main(void);

typedef struct {
    first_sample first[FIRST_CHANNELS];
    second_sample second[SECOND_CHANNELS];
} frames;

static void play(const frames *in)
{
    first_result a;
    second_result b;
    uint8_t done[2];
    (void)first_push(in->first);
    (void)second_push(in->second);
    done[0] = (uint8_t)first_process(&a);
    done[1] = (uint8_t)second_process(&b);
    mk_write(done, (uint32_t)sizeof done);
    if (done[0] != 0U) {
        mk_write(&a, (uint32_t)sizeof a);
        mk_write(first_last_features(), (uint32_t)(FIRST_FEATURES * sizeof(int16_t)));
    }
    if (done[1] != 0U) {
        mk_write(&b, (uint32_t)sizeof b);
        mk_write(second_last_features(), (uint32_t)(SECOND_FEATURES * sizeof(int16_t)));
    }
}

int main(void)
{
    uint32_t who = 0;
    (void)mk_read(&who, (uint32_t)sizeof who);
    if (who == 'A') {
        return first_main();
    }
    if (who == 'B') {
        return second_main();
    }
    frames in;
    first_init();
    second_init();
    while (mk_read(&in, (uint32_t)sizeof in) == sizeof in) {
        play(&in);
    }
    return 0;
}
