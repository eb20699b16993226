"""From a user's own copy of a corpus to what TFDS stores.

A corpus's builder says which recordings there are and what their labels mean;
everything else is done here, the same for all: listing files, decoding,
finding and following faces, cutting crops, going on after an interruption,
using all cores or a Beam runner, counting, and reporting what was left out.
"""
