import AWSWire
import NodeNet
import Testing

@Suite("A server's clock") struct ServerClockTests {
    private let clock = ServerClock { Timestamp(milliseconds: 1_795_409_000_000) }

    private func answer(_ status: Int, hoursAhead: Int64) -> HTTPResponseMessage {
        let theirs = Timestamp(milliseconds: 1_795_409_000_000 + hoursAhead * 3_600_000)
        return HTTPResponseMessage(status: status, headers: ["Date": theirs.httpDate])
    }

    @Test("a refusal with another time mends it, once", arguments: [2, -30 as Int64])
    func mends(hours: Int64) {
        #expect(clock.isMended(by: answer(400, hoursAhead: hours)))
        #expect(clock.now == Timestamp(milliseconds: 1_795_409_000_000 + hours * 3_600_000))
        #expect(!clock.isMended(by: answer(403, hoursAhead: hours)), "a second refusal has another reason")
        #expect(clock.isMended(by: answer(403, hoursAhead: 0)), "the machine's clock is right again")
        #expect(clock.now == Timestamp(milliseconds: 1_795_409_000_000))
    }

    @Test("answers that refuse nothing, or come at about the same time, or say no time, change nothing")
    func keeps() {
        #expect(!clock.isMended(by: answer(200, hoursAhead: 2)))
        #expect(!clock.isMended(by: answer(503, hoursAhead: 2)))
        #expect(!clock.isMended(by: answer(400, hoursAhead: 0)))
        #expect(!clock.isMended(by: HTTPResponseMessage(status: 400)))
        #expect(!clock.isMended(by: HTTPResponseMessage(status: 400, headers: ["Date": "yesterday"])))
        #expect(clock.now == Timestamp(milliseconds: 1_795_409_000_000))
    }
}
