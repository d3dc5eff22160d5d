import AWSWire
import Testing

@testable import Server

@Suite("Transcripts of sessions") struct ExecTranscriptTests {
    private func texts(_ transcript: inout ExecTranscript, isOver: Bool = false, at time: Int64 = 0) -> [String] {
        transcript.drain(isOver: isOver, at: Timestamp(milliseconds: time)).map {
            String(decoding: $0.message, as: UTF8.self)
        }
    }

    @Test("lines are handed out when they are complete, and what is left at the end") func lines() {
        var transcript = ExecTranscript(keepsWhole: false)
        transcript.take(Array("/ # ls\r\nbin\r".utf8), at: Timestamp(milliseconds: 1))
        #expect(transcript.waiting == 6)
        #expect(texts(&transcript) == ["/ # ls"])
        transcript.take(Array("\n\r\n\n/ # ex".utf8), at: Timestamp(milliseconds: 2))
        transcript.take(Array("it".utf8), at: Timestamp(milliseconds: 3))
        #expect(texts(&transcript) == ["bin"])
        #expect(transcript.waiting == 0)
        #expect(texts(&transcript, isOver: true) == ["/ # exit"])
        #expect(texts(&transcript, isOver: true).isEmpty)
        #expect(transcript.whole.isEmpty)
    }

    @Test("an event has the time of its line's end") func times() {
        var transcript = ExecTranscript(keepsWhole: false)
        transcript.take(Array("a".utf8), at: Timestamp(milliseconds: 5))
        transcript.take(Array("b\n".utf8), at: Timestamp(milliseconds: 8))
        #expect(transcript.drain(isOver: false, at: Timestamp(milliseconds: 9)).map(\.time) == [8])
    }

    @Test("a line that is too long is cut, and what is no UTF-8 replaced") func odd() {
        var transcript = ExecTranscript(keepsWhole: false)
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: ExecTranscript.longestEvent + 3)
        transcript.take(long + [0x0a, 0xff, 0x0a], at: Timestamp(milliseconds: 0))
        let found = texts(&transcript)
        #expect(found.map(\.utf8.count) == [ExecTranscript.longestEvent, 3, 3])
        #expect(found.last == "\u{fffd}")
    }

    @Test("the object ends where it is full") func whole() {
        var transcript = ExecTranscript(keepsWhole: true)
        let part = [UInt8](repeating: UInt8(ascii: "\n"), count: ExecTranscript.longestObject - 1)
        transcript.take(part, at: Timestamp(milliseconds: 0))
        transcript.take(Array("ab".utf8), at: Timestamp(milliseconds: 0))
        transcript.take(Array("c".utf8), at: Timestamp(milliseconds: 0))
        #expect(transcript.whole == part + [UInt8(ascii: "a")])
    }
}
