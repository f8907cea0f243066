package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"yaohao/internal/account"
	"yaohao/internal/fault"
	"yaohao/registry"
)

// maxUpload bounds an uploaded file: a province's bank of three million rows is about 900 MB, and
// anything larger goes through `yaohao import`.
const maxUpload = 1 << 30

// uploadMemory is how much of an upload is kept in memory before it goes to a temporary file.
const uploadMemory = 8 << 20

type importsData struct {
	listing[registry.ImportReport]
	Kinds []registry.Kind `json:"-"`
	Kind  registry.Kind   `json:"-"` // the form's choice
}

func (s *Server) imports(r *http.Request) (*answer, error) {
	var f pageForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	list, err := registry.Imports(r.Context(), s.DB.Querier(), registry.Page{Number: int64(f.Page)})
	if err != nil {
		return nil, err
	}
	kind := registry.Kind(r.URL.Query().Get("kind"))
	if kind == "" {
		kind = registry.KindEntities
	}
	return show("imports.html", "导入",
		importsData{registryListing(r, list), registry.Kinds(), kind}), nil
}

type importData struct {
	*registry.ImportReport
	Rows listing[registry.RowError] `json:"rowErrors"`
}

func (s *Server) importReport(r *http.Request) (*answer, error) {
	var f pageForm
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(pathVar(r, "id"), 10, 64)
	if err != nil {
		return nil, fault.New(fault.NotFound, "没有导入 %s", pathVar(r, "id"))
	}
	report, err := registry.ImportByID(r.Context(), s.DB.Querier(), id)
	if err != nil {
		return nil, err
	}
	rows, err := registry.RowErrors(r.Context(), s.DB.Querier(), id,
		registry.Page{Number: int64(f.Page)})
	if err != nil {
		return nil, err
	}
	return show("import.html", "导入报告 "+pathVar(r, "id"),
		importData{report, registryListing(r, rows)}), nil
}

// upload imports one file from a form with the fields kind, file, dry and old. A dry run shows its
// report at once; an import leads to the page of its report.
func (s *Server) upload(r *http.Request) (*answer, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxUpload)
	if err := r.ParseMultipartForm(uploadMemory); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, fault.New(fault.TooLarge, "文件超过 1 GiB").WithHint("请在服务器上用 yaohao import 导入")
		}
		return nil, fault.New(fault.Invalid, "上传的表单无法读取").Wrap(err)
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // a leftover temporary file harms nobody
	kind := registry.Kind(r.FormValue("kind"))
	if !slices.Contains(registry.Kinds(), kind) {
		return nil, fault.New(fault.Invalid, "没有选择登记文件的类别").WithField("kind")
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return nil, fault.New(fault.Invalid, "没有选择文件").WithField("file").Wrap(err)
	}
	defer file.Close() //nolint:errcheck // read only
	if !storable(head.Filename) {
		return nil, fault.New(fault.Invalid, "文件名有不能使用的字符").WithField("file")
	}
	report, err := registry.Import(r.Context(), s.DB, registry.ImportRequest{
		Kind: kind, FileName: head.Filename, Body: file, DryRun: r.FormValue("dry") != "",
		AcceptOldNumbers: r.FormValue("old") != "", Actor: actor(r, account.Registrar), Now: s.Now(),
	})
	if err != nil {
		return nil, err
	}
	if report.DryRun {
		rows := listing[registry.RowError]{Rows: report.Errors, Total: int64(len(report.Errors)), Page: 1,
			Pages: 1}
		return show("import.html", "试导入报告", importData{report, rows}), nil
	}
	return done("/staff/imports/"+strconv.FormatInt(report.ID, 10), "导入完成", report), nil
}
