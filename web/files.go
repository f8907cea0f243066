package web

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"time"

	"yaohao/audit"
	"yaohao/audit/auditdb"
	"yaohao/inspection"
	"yaohao/internal/fault"
	"yaohao/scheduler"
)

// bundle streams a published draw as a zip of the files of draw/1 §9. The zip's dates are fixed,
// so the same bundle has the same bytes.
func (s *Server) bundle(w http.ResponseWriter, r *http.Request) {
	files, err := scheduler.BundleFS(r.Context(), s.DB.Querier(), pathVar(r, "draw"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	names, err := fileNames(files)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if len(names) == 0 {
		s.fail(w, r, fault.New(fault.NotFound, "这次抽取还没有可以公开的文件").
			WithHint("方案承诺之后可下载 plan.json，公示之后可下载全部文件"))
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition",
		fmt.Sprintf("attachment; filename=%q", pathVar(r, "draw")+".zip"))
	z := zip.NewWriter(w)
	for _, name := range names {
		if err := addFile(z, files, name); err != nil {
			s.Log.ErrorContext(r.Context(), "bundle broken off", "file", name, "error", err)
			panic(http.ErrAbortHandler) // half a zip must not look like a whole one
		}
	}
	if err := z.Close(); err != nil {
		s.Log.WarnContext(r.Context(), "bundle not delivered", "error", err)
	}
}

// zipDate is the modification time of every file of a bundle.
var zipDate = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func addFile(z *zip.Writer, files fs.FS, name string) error {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	out, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipDate})
	if err == nil {
		_, err = io.Copy(out, f)
	}
	return errors.Join(err, f.Close())
}

// fileNames lists the files of a bundle, those in its folders too.
func fileNames(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// bundleFile gives one public file of a draw.
func (s *Server) bundleFile(w http.ResponseWriter, r *http.Request) {
	s.publicFile(w, r, pathVar(r, "file"))
}

func (s *Server) publicFile(w http.ResponseWriter, r *http.Request, name string) {
	files, err := scheduler.BundleFS(r.Context(), s.DB.Querier(), pathVar(r, "draw"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		s.fail(w, r, fault.New(fault.NotFound, "没有公开的文件 %s", name).
			WithHint("名单在检查结果公示之前是密封的"))
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer f.Close() //nolint:errcheck // read only
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", path.Base(name)))
	if _, err := io.Copy(w, f); err != nil {
		s.Log.WarnContext(r.Context(), "file not delivered", "file", name, "error", err)
	}
}

// noticePDF gives the announcement as it was issued.
func (s *Server) noticePDF(w http.ResponseWriter, r *http.Request) {
	n, err := inspection.NoticeOf(r.Context(), s.DB.Querier(), pathVar(r, "draw"),
		inspection.NoticeResult)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.writePDF(w, r, pathVar(r, "draw")+"-notice.pdf", n.PDF)
}

func (s *Server) writePDF(w http.ResponseWriter, r *http.Request, name string, pdf []byte) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", name))
	w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
	if _, err := w.Write(pdf); err != nil {
		s.Log.WarnContext(r.Context(), "file not delivered", "file", name, "error", err)
	}
}

// checkpoint gives the newest signed checkpoint of the log.
func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request) {
	text, err := auditdb.LatestCheckpoint(r.Context(), s.DB.Querier())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.writeText(w, r, text)
}

// leafProof gives a leaf with its proof of inclusion, checkable with the public key alone.
func (s *Server) leafProof(w http.ResponseWriter, r *http.Request) {
	index, err := strconv.ParseInt(pathVar(r, "index"), 10, 64)
	if err != nil {
		s.fail(w, r, fault.New(fault.NotFound, "没有这条日志"))
		return
	}
	proof, err := auditdb.ProveLeaf(r.Context(), s.DB.Querier(), index, 0)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.writeText(w, r, audit.FormatProof(proof))
}

func (s *Server) writeText(w http.ResponseWriter, r *http.Request, text []byte) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := w.Write(text); err != nil {
		s.Log.WarnContext(r.Context(), "text not delivered", "error", err)
	}
}
