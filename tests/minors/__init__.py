"""A minor's pictures in every encoding and every carrier: encoders, carriers, and a search by decoders of others."""
