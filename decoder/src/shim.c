/* libavformat and libavcodec behind a few functions, decoding straight into slots of shared memory.
 *
 * A slot is in use while libavcodec needs its picture as a reference (`used`) or the engine reads it (`held`).
 * The lowest free slot is taken, so that no more memory is touched than is needed at once. */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SLOTS = 256, ALIGN = 64, REASON_BYTES = 200 };
/* Between pictures that carry no time. */
enum { FRAME_NS = 40000000 };
enum { FORMAT_420, FORMAT_422, FORMAT_444, FORMAT_GRAY };

typedef struct {
    uint8_t *base;
    size_t slot_bytes;
    int slots;
    /* Waits until the engine gives a slot back; 0 when it never will. */
    int (*wait_for_release)(void *);
    void *context;
    uint8_t used[MAX_SLOTS];
    AVFrame *held[MAX_SLOTS];
} Pool;

typedef struct {
    uint64_t offset[3];
    uint32_t stride[3];
    int32_t width, height, format, bt709, full_range, slot;
    int64_t time_ns;
} Picture;

typedef struct {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    Pool *pool;
    int max_width, max_height;
    AVRational time_base;
    int64_t start, last_ns;
    char reason[REASON_BYTES];
} Decoder;

typedef struct {
    AVFormatContext *format;
    AVIOContext *io;
    AVPacket *packet;
    int fd, stream;
    int64_t start;
    char reason[REASON_BYTES];
} Demuxer;

static const AVRational NANOSECONDS = {1, 1000000000};

Pool *vokter_pool(uint8_t *base, size_t slot_bytes, int slots, int (*wait)(void *), void *context) {
    Pool *pool = slots <= MAX_SLOTS ? calloc(1, sizeof *pool) : NULL;
    if (!pool) return NULL;
    av_log_set_level(AV_LOG_QUIET);
    pool->base = base;
    pool->slot_bytes = slot_bytes;
    pool->slots = slots;
    pool->wait_for_release = wait;
    pool->context = context;
    return pool;
}

void vokter_pool_release(Pool *pool, int slot) {
    if (slot >= 0 && slot < pool->slots && pool->held[slot]) av_frame_free(&pool->held[slot]);
}

static void slot_unused(void *opaque, uint8_t *data) {
    Pool *pool = opaque;
    pool->used[(size_t)(data - pool->base) / pool->slot_bytes] = 0;
}

static int free_slot(Pool *pool) {
    for (;;) {
        for (int slot = 0; slot < pool->slots; slot++)
            if (!pool->used[slot]) return slot;
        if (!pool->wait_for_release(pool->context)) return -1;
    }
}

static int format_of(int av) {
    switch (av) {
        case AV_PIX_FMT_YUV420P: case AV_PIX_FMT_YUVJ420P: return FORMAT_420;
        case AV_PIX_FMT_YUV422P: case AV_PIX_FMT_YUVJ422P: return FORMAT_422;
        case AV_PIX_FMT_YUV444P: case AV_PIX_FMT_YUVJ444P: return FORMAT_444;
        case AV_PIX_FMT_GRAY8: return FORMAT_GRAY;
        default: return -1;
    }
}

static int get_buffer(AVCodecContext *codec, AVFrame *frame, int flags) {
    (void)flags;
    Decoder *decoder = codec->opaque;
    Pool *pool = decoder->pool;
    if (format_of(frame->format) < 0) {
        const char *name = av_get_pix_fmt_name(frame->format);
        snprintf(decoder->reason, REASON_BYTES, "pictures are %s; only 8-bit YUV and grey are read", name ? name : "of no known format");
        return AVERROR(ENOSYS);
    }
    if (codec->width > decoder->max_width || codec->height > decoder->max_height) {
        snprintf(decoder->reason, REASON_BYTES, "a picture of %dx%d is larger than %dx%d", codec->width, codec->height, decoder->max_width, decoder->max_height);
        return AVERROR(ENOSYS);
    }
    int width = frame->width, height = frame->height, align[AV_NUM_DATA_POINTERS], strides[4];
    avcodec_align_dimensions2(codec, &width, &height, align);
    if (av_image_fill_linesizes(strides, frame->format, width) < 0) return AVERROR(EINVAL);
    ptrdiff_t wide[4];
    size_t sizes[4], total = 0;
    for (int i = 0; i < 4; i++) wide[i] = strides[i] = (strides[i] + ALIGN - 1) & ~(ALIGN - 1);
    if (av_image_fill_plane_sizes(sizes, frame->format, height, wide) < 0) return AVERROR(EINVAL);
    for (int i = 0; i < 4; i++) total += (sizes[i] + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (total > pool->slot_bytes) return AVERROR(ENOMEM);
    int slot = free_slot(pool);
    if (slot < 0) return AVERROR_EXIT;
    uint8_t *data = pool->base + (size_t)slot * pool->slot_bytes;
    frame->buf[0] = av_buffer_create(data, pool->slot_bytes, slot_unused, pool, 0);
    if (!frame->buf[0]) return AVERROR(ENOMEM);
    pool->used[slot] = 1;
    for (int i = 0; i < 4 && sizes[i]; i++) {
        frame->data[i] = data;
        frame->linesize[i] = strides[i];
        data += (sizes[i] + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    }
    frame->extended_data = frame->data;
    return 0;
}

static Decoder *open_decoder(enum AVCodecID id, const AVCodecParameters *parameters, int at_once, Pool *pool, int max_width, int max_height) {
    const AVCodec *codec = avcodec_find_decoder(id);
    Decoder *decoder = calloc(1, sizeof *decoder);
    if (!codec || !decoder) return free(decoder), NULL;
    decoder->pool = pool;
    decoder->max_width = max_width;
    decoder->max_height = max_height;
    decoder->last_ns = -FRAME_NS;
    decoder->frame = av_frame_alloc();
    decoder->packet = av_packet_alloc();
    decoder->codec = avcodec_alloc_context3(codec);
    if (!decoder->frame || !decoder->packet || !decoder->codec) return NULL;
    if (parameters && avcodec_parameters_to_context(decoder->codec, parameters) < 0) return NULL;
    decoder->codec->opaque = decoder;
    decoder->codec->get_buffer2 = get_buffer;
    decoder->codec->thread_count = 1;
    if (at_once) decoder->codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
    return avcodec_open2(decoder->codec, codec, NULL) < 0 ? NULL : decoder;
}

Decoder *vokter_decoder_for_packets(int codec, Pool *pool, int max_width, int max_height) {
    static const enum AVCodecID ids[] = {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG};
    Decoder *decoder = open_decoder(ids[codec], NULL, 1, pool, max_width, max_height);
    if (decoder) decoder->time_base = decoder->codec->pkt_timebase = NANOSECONDS;
    return decoder;
}

Decoder *vokter_decoder_for_file(Demuxer *demuxer, Pool *pool, int max_width, int max_height) {
    AVStream *stream = demuxer->format->streams[demuxer->stream];
    Decoder *decoder = open_decoder(stream->codecpar->codec_id, stream->codecpar, 0, pool, max_width, max_height);
    if (decoder) {
        decoder->time_base = decoder->codec->pkt_timebase = stream->time_base;
        decoder->start = demuxer->start;
    }
    return decoder;
}

void vokter_decoder_free(Decoder *decoder) {
    avcodec_free_context(&decoder->codec);
    av_frame_free(&decoder->frame);
    av_packet_free(&decoder->packet);
    free(decoder);
}

const char *vokter_decoder_reason(Decoder *decoder) { return decoder->reason; }

static int send(Decoder *decoder, const AVPacket *packet) {
    int result = avcodec_send_packet(decoder->codec, packet);
    /* A context that has ended or is full is emptied by the caller before each send. */
    return result == AVERROR_EOF ? 0 : result;
}

int vokter_decoder_send(Decoder *decoder, const uint8_t *data, int bytes, int64_t time_ns) {
    if (av_new_packet(decoder->packet, bytes) < 0) return AVERROR(ENOMEM);
    memcpy(decoder->packet->data, data, bytes);
    decoder->packet->pts = time_ns;
    int result = send(decoder, decoder->packet);
    av_packet_unref(decoder->packet);
    return result;
}

int vokter_decoder_send_from(Decoder *decoder, Demuxer *demuxer) { return send(decoder, demuxer->packet); }

void vokter_decoder_send_end(Decoder *decoder) { avcodec_send_packet(decoder->codec, NULL); }

void vokter_decoder_flush(Decoder *decoder) { avcodec_flush_buffers(decoder->codec); }

/* 1: a picture; 0: none now; below 0: damaged. */
int vokter_decoder_receive(Decoder *decoder, Picture *picture) {
    AVFrame *frame = decoder->frame;
    int result = avcodec_receive_frame(decoder->codec, frame);
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return 0;
    if (result < 0) return result;
    Pool *pool = decoder->pool;
    size_t at = (size_t)(frame->data[0] - pool->base);
    picture->slot = (int)(at / pool->slot_bytes);
    picture->format = format_of(frame->format);
    for (int i = 0; i < 3; i++) {
        int present = frame->data[i] != NULL;
        picture->offset[i] = present ? (uint64_t)(frame->data[i] - pool->base) - (uint64_t)picture->slot * pool->slot_bytes : 0;
        picture->stride[i] = present ? (uint32_t)frame->linesize[i] : 0;
    }
    picture->width = frame->width;
    picture->height = frame->height;
    int unsaid = frame->colorspace == AVCOL_SPC_UNSPECIFIED || frame->colorspace == AVCOL_SPC_RGB;
    int jpeg = decoder->codec->codec_id == AV_CODEC_ID_MJPEG;
    picture->bt709 = unsaid ? !jpeg && frame->height >= 720 : frame->colorspace == AVCOL_SPC_BT709;
    picture->full_range = frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P ||
                          frame->format == AV_PIX_FMT_YUVJ422P || frame->format == AV_PIX_FMT_YUVJ444P;
    int64_t time = frame->best_effort_timestamp;
    picture->time_ns = time == AV_NOPTS_VALUE ? decoder->last_ns + FRAME_NS : av_rescale_q(time - decoder->start, decoder->time_base, NANOSECONDS);
    decoder->last_ns = picture->time_ns;
    return 1;
}

/* The engine reads the picture that was received last until it releases the slot. */
void vokter_decoder_hold(Decoder *decoder, int slot) {
    Pool *pool = decoder->pool;
    if (pool->held[slot]) av_frame_free(&pool->held[slot]);
    pool->held[slot] = av_frame_clone(decoder->frame);
}

static int read_bytes(void *opaque, uint8_t *buffer, int bytes) {
    ssize_t got = read(((Demuxer *)opaque)->fd, buffer, bytes);
    return got > 0 ? (int)got : got == 0 ? AVERROR_EOF : AVERROR(EIO);
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
    int fd = ((Demuxer *)opaque)->fd;
    if (whence & AVSEEK_SIZE) {
        off_t here = lseek(fd, 0, SEEK_CUR), end = lseek(fd, 0, SEEK_END);
        lseek(fd, here, SEEK_SET);
        return end;
    }
    return lseek(fd, offset, whence & ~AVSEEK_FORCE);
}

static int refuse(Demuxer *demuxer, const char *reason) {
    snprintf(demuxer->reason, REASON_BYTES, "%s", reason);
    return -1;
}

/* 0, or -1 with a reason. */
static int open_demuxer(Demuxer *demuxer) {
    const int buffer_bytes = 1 << 16;
    uint8_t *buffer = av_malloc(buffer_bytes);
    demuxer->packet = av_packet_alloc();
    demuxer->format = avformat_alloc_context();
    if (!buffer || !demuxer->packet || !demuxer->format) return refuse(demuxer, "out of memory");
    demuxer->io = avio_alloc_context(buffer, buffer_bytes, 0, demuxer, read_bytes, NULL, seek_bytes);
    if (!demuxer->io) return refuse(demuxer, "out of memory");
    demuxer->format->pb = demuxer->io;
    demuxer->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    AVDictionary *options = NULL;
    av_dict_set(&options, "format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm", 0);
    av_dict_set(&options, "protocol_whitelist", "", 0);
    int result = avformat_open_input(&demuxer->format, "", NULL, &options);
    av_dict_free(&options);
    if (result < 0) {
        char text[AV_ERROR_MAX_STRING_SIZE];
        av_strerror(result, text, sizeof text);
        snprintf(demuxer->reason, REASON_BYTES, "this is no MP4 or Matroska video: %s", text);
        return -1;
    }
    demuxer->stream = -1;
    for (unsigned i = 0; i < demuxer->format->nb_streams; i++) {
        AVStream *stream = demuxer->format->streams[i];
        enum AVCodecID id = stream->codecpar->codec_id;
        int video = stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
        int known = id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_HEVC || id == AV_CODEC_ID_MJPEG;
        if (demuxer->stream < 0 && video && known) demuxer->stream = (int)i;
        else stream->discard = AVDISCARD_ALL; /* audio and all else */
        if (video && !known)
            snprintf(demuxer->reason, REASON_BYTES, "its video is %s; H.264, H.265 and JPEG are read", avcodec_get_name(id));
    }
    if (demuxer->stream < 0) return demuxer->reason[0] ? -1 : refuse(demuxer, "it has no video");
    int64_t start = demuxer->format->streams[demuxer->stream]->start_time;
    demuxer->start = start == AV_NOPTS_VALUE ? 0 : start;
    return 0;
}

Demuxer *vokter_demuxer(int fd, char *reason, size_t reason_bytes) {
    Demuxer *demuxer = calloc(1, sizeof *demuxer);
    if (!demuxer) return NULL;
    demuxer->fd = fd;
    if (open_demuxer(demuxer) == 0) return demuxer;
    snprintf(reason, reason_bytes, "%s", demuxer->reason);
    return NULL;
}

/* 1: a packet, with its time and whether it is a key frame; 0: the end. */
int vokter_demuxer_next(Demuxer *demuxer, int64_t *time_ns, int *is_key) {
    AVPacket *packet = demuxer->packet;
    for (;;) {
        av_packet_unref(packet);
        if (av_read_frame(demuxer->format, packet) < 0) return 0;
        if (packet->stream_index != demuxer->stream) continue;
        int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        AVRational base = demuxer->format->streams[demuxer->stream]->time_base;
        *time_ns = time == AV_NOPTS_VALUE ? 0 : av_rescale_q(time - demuxer->start, base, NANOSECONDS);
        *is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
        return 1;
    }
}

/* To the key frame at or before a time; stays where it is if the file cannot be searched. */
void vokter_demuxer_seek(Demuxer *demuxer, int64_t time_ns) {
    AVRational base = demuxer->format->streams[demuxer->stream]->time_base;
    int64_t time = av_rescale_q(time_ns, NANOSECONDS, base) + demuxer->start;
    av_seek_frame(demuxer->format, demuxer->stream, time, AVSEEK_FLAG_BACKWARD);
}
