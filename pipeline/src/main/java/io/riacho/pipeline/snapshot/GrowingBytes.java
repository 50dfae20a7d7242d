package io.riacho.pipeline.snapshot;

import java.io.OutputStream;
import java.util.Arrays;

/// A [java.io.ByteArrayOutputStream] without its lock, which is taken for every byte: a snapshot writes
/// tens of millions of them one by one, while the fold waits. For one thread.
public final class GrowingBytes extends OutputStream {

    private byte[] bytes;
    private int size;

    public GrowingBytes(int bytesFirst) {
        bytes = new byte[bytesFirst];
    }

    @Override
    public void write(int value) {
        if (size == bytes.length) {
            grow(1);
        }
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        if (length > bytes.length - size) {
            grow(length);
        }
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    private void grow(int more) {
        bytes = Arrays.copyOf(bytes, Math.addExact(size, Math.max(size, more)));
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }
}
