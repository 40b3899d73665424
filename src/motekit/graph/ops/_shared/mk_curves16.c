#include "mk_curves16.h"

#define MK_CURVES16_LAST 255U

/* Sigmoid of 0, 1/24, 2/24 ... in Q0.16, lifted so that lines between them lie evenly about it:
 * computed, and tested, beside the Python that describes this kernel. */
static const uint16_t mk_curves16_points[256] = {
    32768U, 33451U, 34133U, 34813U, 35493U, 36169U, 36843U, 37513U, 38180U, 38841U, 39498U, 40149U,
    40794U, 41432U, 42064U, 42688U, 43304U, 43912U, 44511U, 45102U, 45683U, 46255U, 46817U, 47369U,
    47911U, 48443U, 48964U, 49475U, 49975U, 50464U, 50942U, 51409U, 51865U, 52311U, 52745U, 53169U,
    53581U, 53983U, 54374U, 54755U, 55125U, 55485U, 55834U, 56174U, 56503U, 56823U, 57133U, 57433U,
    57724U, 58007U, 58280U, 58544U, 58800U, 59048U, 59288U, 59519U, 59743U, 59959U, 60168U, 60370U,
    60565U, 60753U, 60935U, 61110U, 61279U, 61441U, 61599U, 61750U, 61896U, 62036U, 62172U, 62302U,
    62428U, 62549U, 62666U, 62778U, 62886U, 62990U, 63090U, 63186U, 63279U, 63368U, 63454U, 63536U,
    63615U, 63691U, 63765U, 63835U, 63903U, 63968U, 64030U, 64090U, 64148U, 64204U, 64257U, 64308U,
    64357U, 64405U, 64450U, 64494U, 64536U, 64576U, 64614U, 64652U, 64687U, 64721U, 64754U, 64786U,
    64816U, 64845U, 64873U, 64900U, 64926U, 64950U, 64974U, 64997U, 65019U, 65039U, 65060U, 65079U,
    65097U, 65115U, 65132U, 65149U, 65164U, 65179U, 65194U, 65208U, 65221U, 65234U, 65246U, 65258U,
    65269U, 65280U, 65291U, 65301U, 65310U, 65319U, 65328U, 65337U, 65345U, 65352U, 65360U, 65367U,
    65374U, 65381U, 65387U, 65393U, 65399U, 65404U, 65410U, 65415U, 65420U, 65425U, 65429U, 65433U,
    65438U, 65442U, 65445U, 65449U, 65453U, 65456U, 65459U, 65462U, 65465U, 65468U, 65471U, 65474U,
    65476U, 65479U, 65481U, 65483U, 65485U, 65488U, 65489U, 65491U, 65493U, 65495U, 65497U, 65498U,
    65500U, 65501U, 65503U, 65504U, 65505U, 65507U, 65508U, 65509U, 65510U, 65511U, 65512U, 65513U,
    65514U, 65515U, 65516U, 65517U, 65517U, 65518U, 65519U, 65520U, 65520U, 65521U, 65522U, 65522U,
    65523U, 65523U, 65524U, 65524U, 65525U, 65525U, 65526U, 65526U, 65526U, 65527U, 65527U, 65528U,
    65528U, 65528U, 65529U, 65529U, 65529U, 65529U, 65530U, 65530U, 65530U, 65530U, 65531U, 65531U,
    65531U, 65531U, 65531U, 65532U, 65532U, 65532U, 65532U, 65532U, 65532U, 65533U, 65533U, 65533U,
    65533U, 65533U, 65533U, 65533U, 65533U, 65534U, 65534U, 65534U, 65534U, 65534U, 65534U, 65534U,
    65534U, 65534U, 65534U, 65535U,
};

/* The sigmoid's point and the line to the next, `bits` more fraction bits than the table has. */
static uint32_t mk_curves16_line(uint32_t size, uint32_t bits)
{
    const uint32_t i = size >> bits;
    const uint32_t low = mk_curves16_points[i];
    const uint32_t part = size & (((uint32_t)1 << bits) - 1U);
    return (low << bits) + part * (mk_curves16_points[i + 1U] - low);
}

static int32_t mk_curves16_scaled(const mk_curves16_params *p, int32_t x)
{
    const int32_t half = (p->shift > 0U) ? (int32_t)((uint32_t)1 << (p->shift - 1U)) : 0;
    return (int32_t)(((int64_t)x * p->multiplier + half) >> p->shift);
}

void mk_sigmoid16(const mk_curves16_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        const int32_t x = mk_curves16_scaled(p, in[i]);
        const uint32_t size = (x < 0) ? (0U - (uint32_t)x) : (uint32_t)x;
        uint32_t value = (uint32_t)0x7FFF << 10U;
        if ((size >> 9U) < MK_CURVES16_LAST) {
            value = mk_curves16_line(size, 9U);
        }
        value = (x < 0) ? ((((uint32_t)1 << 25U) + 511U) - value) : (value + 512U);
        out[i] = (int16_t)(value >> 10U);
    }
}

/* tanh(x) = 2 sigmoid(2x) - 1 */
void mk_tanh16(const mk_curves16_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        const int32_t x = mk_curves16_scaled(p, in[i]);
        const uint32_t size = (x < 0) ? (0U - (uint32_t)x) : (uint32_t)x;
        int32_t value = 0xFFFF * 256;
        if ((size >> 8U) < MK_CURVES16_LAST) {
            value = (int32_t)mk_curves16_line(size, 8U);
        }
        value -= 1 << 23;
        value = (x < 0) ? (127 - value) : (value + 128);
        out[i] = (int16_t)(value >> 8U);
    }
}
