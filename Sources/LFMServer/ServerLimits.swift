/// What the server allows its peers, and how patient it is. Every number is a bound on memory or time that one peer,
/// or all together, can take.
package struct ServerLimits: Hashable, Sendable {
  /// Connections at a time; one more is told so and closed.
  package var connections = 1024
  /// Calls at a time on one connection.
  package var callsPerConnection = 100
  /// Calls at a time on all connections.
  package var calls = 1024
  /// Bytes of one call's metadata, names and values together.
  package var metadataBytes = 8 << 10
  /// Bytes of one message.
  package var messageBytes = 16 << 20
  /// Bytes of requests that the calls of one connection hold, from their first fragment until the work on them has let go
  /// of them; and as many of replies that have not left.
  package var heldBytesPerConnection = 32 << 20
  /// The same on all connections.
  package var heldBytes = 64 << 20
  /// A request, or the replies of a call, of at most so many bytes are taken even so: who sends little is not refused
  /// because others send much, and the number of calls bounds them.
  package var smallBytes = 64 << 10
  /// Positions of one Logits call.
  package var logitsPositions = 512
  /// Bytes of one call's replies that wait to be written; above, its generation rests. Without credit it rests with the
  /// first.
  package var outputHighWater = 32 << 10
  /// At how many waiting bytes a resting generation goes on.
  package var outputLowWater = 8 << 10
  /// Bytes of one call's waiting replies at which it ends, whether or not its generation rests.
  package var outputLimit = 32 << 20
  /// Bytes that wait in a socket's outbox; above, calls hold their replies, so that control frames go ahead of them.
  package var socketHighWater = 128 << 10
  /// The same; at this many the calls' turn comes again.
  package var socketLowWater = 64 << 10
  /// Bytes in a socket's outbox at which nothing more is read from the peer.
  package var socketLimit = 1 << 20
  /// How long a reader may take nothing of a call's replies before the call ends.
  package var stallTimeout: Duration = .seconds(30)
  /// How long the rest of a frame or message that has begun may take to come, counted from its last bytes.
  package var partialTimeout: Duration = .seconds(30)
  /// How long a connection that is being closed may take to read its last frames.
  package var lingerTimeout: Duration = .seconds(5)
  /// When a caller that was refused for lack of room may try again.
  package var busyRetryAfter: Duration = .seconds(1)

  package init() {}
}
